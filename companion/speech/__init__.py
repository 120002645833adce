"""Sound to words: resampling and chunks, the recogniser in its child process, speech models, masking of digits."""
