"""The call as a page to keep: its summary in Markdown. Pure."""

from companion.core.view import CallView
from companion.tui import words


def minutes(view: CallView) -> str:
    """What happened, what was promised, what to write to the customer; from an ended call's records."""
    said = view.summary or {}
    heat = said.get("heat") or {}
    lines = [f"# Call {_plain(view.call)}", ""]
    facts = [view.began or "", f"{words.clock(view.at)} long", view.checklist.title, view.ended or ""]
    lines += [" · ".join(_plain(fact) for fact in facts if fact), ""]
    lines += ["| step | | when | words |", "|---|---|---|---|"]
    for step in view.steps:
        if step.number is None and step.state != "done":
            continue
        when = words.clock(step.at) if step.state == "done" and step.at is not None else ""
        lines.append(f"| {_plain(step.title)} | {words.mark(step)} {step.state} | {when} | {_plain(words.evidence(step))} |")
    if heat:
        lines += ["", f"Heat {heat.get('start', 0)} at the start, {heat.get('peak', 0)} at most, {heat.get('end', 0)} at the end."]
    if view.promises:
        lines += ["", "## Promises", "", *(f"- {_plain(promise.what)} – {_plain(words.due(promise))}" for promise in view.promises)]
    for title, key in (("What went well", "well"), ("One thing to try", "try")):
        if said.get(key):
            lines += ["", f"## {title}", "", _plain(str(said[key]))]
    if said.get("message"):
        lines += ["", "## Draft to the customer", "", *(f"> {_plain(line)}".rstrip() for line in str(said["message"]).splitlines())]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A customer's words are never markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)
