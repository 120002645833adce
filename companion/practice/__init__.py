"""The scripted upset customer that one can rehearse against."""
