"""Whether the two channels of a live call are what they should be: neither of them dead, and not the same sound in both."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from companion.core.events import Channel
from companion.speech.audio import Samples

DEAD = 45.0
"""Seconds of the other's talk in which a channel has made no sound: three times what anybody is silent for in our spoken calls (14 s)."""

SAME = 0.5
"""Likeness from which on two channels carry the same sound. Measured on four calls: at most 0.15 as they are, and 0.44 where two people
speak all the time; with the customer's sound 20 dB down in the agent's microphone, through a small room, 0.85 and more in silence and 0.61
and more in the noise of an office (−45 dB of full scale)."""

_WELL = 0.3  # likeness below which it is well again …
_CALM = 20  # … once so many looks in a row have found that
_FAINT = 30.0  # dB below the other from which on it does not matter: the rest that any headset lets through

_FRAME = 0.02  # seconds
_WINDOW = 500  # frames that are compared: 10 s
_NEEDED = 150  # frames among them in which there must be talk
_LOOK = 50  # frames between two looks
_LAGS = range(-5, 26)  # frames by which a sound may come later in the channel that it does not belong to
_TALK = -45.0  # dB of full scale: somebody speaks
_SOUND = -58.8  # dB of full scale: the least that a meter shows (0.02 of its length)
_BANDS = (200, 400, 600, 850, 1150, 1500, 1950, 2550, 3400)  # Hz; telephone sound, parted about as the ear parts it


class Soundcheck:
    """Listens along.

    Args:
        names: how each channel's source is called.
        rate: samples a second of what is heard.
    """

    def __init__(self, names: Mapping[Channel, str], rate: int) -> None:
        self._names = names
        self._size = round(_FRAME * rate)
        self._rate = rate
        self._rest = np.zeros((0, 2), np.int16)
        self._bands = {channel: np.zeros((0, len(_BANDS) - 1)) for channel in names}
        self._levels = {channel: np.zeros(0) for channel in names}
        self._fresh = 0  # frames since the last look
        self._alone = dict.fromkeys(names, 0.0)  # seconds of the other's talk since this one's last sound
        self._dead: set[Channel] = set()
        self._same: set[Channel] = set()
        self._suspected: set[Channel] = set()
        self._calm = dict.fromkeys(names, 0)

    def hear(self, samples: Samples) -> list[str]:
        """What to say after this piece: each cause once, and again only after it was well in between.

        Args:
            samples: shape (frames, 2), agent first.
        """
        self._rest = np.concatenate([self._rest, samples])
        count = len(self._rest) // self._size
        if not count:
            return []
        frames, self._rest = self._rest[: count * self._size], self._rest[count * self._size :]
        for column, channel in enumerate(self._names):
            sound = frames[:, column].reshape(count, self._size).astype(np.float64) / 32768
            self._levels[channel] = np.concatenate([self._levels[channel], _decibels((sound**2).mean(axis=1))])[-_WINDOW:]
            self._bands[channel] = np.concatenate([self._bands[channel], self._spectrum(sound)])[-_WINDOW:]
        said = [text for channel in self._names for text in self._listen_for(channel, count)]
        self._fresh += count
        if self._fresh >= _LOOK:
            self._fresh = 0
            said += [text for channel in self._names for text in self._compare(channel)]
        return said

    def _listen_for(self, channel: Channel, count: int) -> list[str]:
        if self._levels[channel][-count:].max() >= _SOUND:
            self._alone[channel] = 0.0
            self._dead.discard(channel)
            return []
        self._alone[channel] += _FRAME * int((self._levels[_other(channel)][-count:] >= _TALK).sum())
        if self._alone[channel] < DEAD or channel in self._dead:
            return []
        self._dead.add(channel)
        todo = "is it muted, or the wrong device?" if channel == "agent" else "does the softphone play to another device?"
        quiet = f"no sound of the {channel} for {DEAD:.0f} s of the {_other(channel)}'s talk"
        return [f"{self._names[channel]}: {quiet}; {todo} see: companion devices"]

    def _compare(self, channel: Channel) -> list[str]:
        """Whether this channel carries the other's sound too; two looks must say so."""
        likeness = self._likeness(channel)
        if likeness is None:
            return []
        self._calm[channel] = self._calm[channel] + 1 if likeness < _WELL else 0
        if self._calm[channel] >= _CALM:
            self._same.discard(channel)
        if likeness < SAME:
            self._suspected.discard(channel)
        elif channel not in self._suspected:
            self._suspected.add(channel)
        elif channel not in self._same:
            self._same.add(channel)
            if _other(channel) in self._same:  # the same sound at the same loudness: it cannot be told whose it is
                return []
            todo = "use a headset" if channel == "agent" else "name the device that plays the customer alone"
            return [f"{self._names[channel]}: the {_other(channel)} is heard in it too, and ticks may be wrong; {todo}"]
        return []

    def _likeness(self, channel: Channel) -> float | None:
        """How much this channel follows the other's sound, −1 to 1, at the best lag; None without enough talk to tell.

        The correlation of both spectra, in decibels, over the frames in which the other speaks and this channel is no louder than that.
        Spectra, for loudness alone is alike between any two people who speak at once; frames, for a room's echo leaves no waveform alike.
        """
        theirs, mine = self._bands[_other(channel)], self._bands[channel]
        loud, level = self._levels[_other(channel)], self._levels[channel]
        best = None
        for lag in _LAGS:
            here, there = slice(max(0, -lag), len(loud) - max(0, lag)), slice(max(0, lag), len(loud) + min(0, lag))
            talk = (loud[here] >= _TALK) & (level[there] < loud[here] + 3)
            if talk.sum() < _NEEDED:
                continue
            faint = float(np.median(loud[here][talk] - level[there][talk])) > _FAINT
            likeness = 0.0 if faint else _correlation(theirs[here][talk], mine[there][talk])
            best = likeness if best is None else max(best, likeness)
        return best

    def _spectrum(self, sound: NDArray[np.float64]) -> NDArray[np.float64]:
        power = np.abs(np.fft.rfft(sound * np.hanning(self._size), axis=1)) ** 2 / self._size**2
        bins = np.searchsorted(np.fft.rfftfreq(self._size, 1 / self._rate), _BANDS)
        return _decibels(np.add.reduceat(power[:, : bins[-1]], bins[:-1], axis=1))


def _other(channel: Channel) -> Channel:
    return "customer" if channel == "agent" else "agent"


def _decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    level: NDArray[np.float64] = 10 * np.log10(power + 1e-9)
    return level


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-9))
