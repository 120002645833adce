"""The rules: reading checklists strictly, and the rule author's tools. The one home of YAML."""
