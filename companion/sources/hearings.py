"""What a recogniser heard, as items of a call: the one translation that all sources of sound share."""

from collections.abc import Iterable

from companion.core.events import Channel, Partial, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Complaint, Glimpsed, Happened, Item
from companion.speech.recogniser import Hearing


class Hearings:
    """One call's translator; remembers which channel is in the middle of an utterance.

    Args:
        call: the call's id.
    """

    def __init__(self, call: str) -> None:
        self._call = call
        self._speaking: dict[Channel, Partial] = {}
        self._lost = "the recogniser was lost"

    def translate(self, hearings: Iterable[Hearing], at: int | None) -> list[Item]:
        """Items for what was heard, in order; `at` is their arrival in milliseconds, or None for now."""
        items: list[Item] = []
        for heard in hearings:
            if isinstance(heard, Partial):
                items += self._partial(heard, at)
            elif isinstance(heard, Utterance):
                items += self._final(heard, at)
            else:
                items += self._gap(heard, at)
        return items

    def finish(self, channel: Channel, at: int | None) -> list[Item]:
        """No more of this channel: speech that never became words ends where it was last heard."""
        return self._vanished(channel, at)

    def _partial(self, partial: Partial, at: int | None) -> list[Item]:
        if not partial.text:
            # The recogniser took its guess back: the screen's dim line goes, and the floor is free again.
            items = self._vanished(partial.channel, at)
            return [*items, Glimpsed(call=self._call, partial=partial, at=at)]
        items = self._began(partial.channel, partial.start, at)
        self._speaking[partial.channel] = partial
        return [*items, Glimpsed(call=self._call, partial=partial, at=at)]

    def _final(self, said: Utterance, at: int | None) -> list[Item]:
        items = self._began(said.speaker, said.start, at)
        self._speaking.pop(said.speaker, None)
        items.append(Happened(call=self._call, event=SpeechEnded(channel=said.speaker, end=said.end), at=at))
        items.append(Happened(call=self._call, event=said, at=at))
        return items

    def _gap(self, event: SourceLost | SourceBack, at: int | None) -> list[Item]:
        """A recogniser's gap is told to people too: they may want to see to the machine."""
        items: list[Item] = [Happened(call=self._call, event=event, at=at)]
        if isinstance(event, SourceLost):
            self._lost = event.reason
        else:
            outcome = f"{event.gap:g} s were not heard" if event.gap else "what was not settled was heard again"
            items.append(Complaint(text=f"call {self._call}: {self._lost}; it is back, and {outcome}"))
        return items

    def _began(self, channel: Channel, start: float, at: int | None) -> list[Item]:
        if channel in self._speaking:
            return []
        return [Happened(call=self._call, event=SpeechBegan(channel=channel, start=start), at=at)]

    def _vanished(self, channel: Channel, at: int | None) -> list[Item]:
        last = self._speaking.pop(channel, None)
        if last is None:
            return []
        return [Happened(call=self._call, event=SpeechEnded(channel=channel, end=last.end), at=at)]
