"""A call's running time: the clock that deadlines are set by. It stands still on hold and while the stream is lost."""


class RunningClock:
    """Turns arrival times (`at`, ms from the call's start) into running time (ms, pauses left out) and back."""

    def __init__(self) -> None:
        self._left_out = 0
        self._since: int | None = None
        self._reasons: set[str] = set()

    @property
    def running(self) -> bool:
        """Whether no pause is on."""
        return not self._reasons

    def stands_for(self, why: str) -> bool:
        """Whether it stands still for this reason, among others perhaps."""
        return why in self._reasons

    def pause(self, why: str, at: int) -> None:
        """Stop for a reason; reasons may overlap, and the same one twice is once."""
        if not self._reasons:
            self._since = at
        self._reasons.add(why)

    def resume(self, why: str, at: int) -> None:
        """Take a reason away; the clock goes on when none is left."""
        if why not in self._reasons:
            return
        self._reasons.discard(why)
        if not self._reasons and self._since is not None:
            self._left_out += at - self._since
            self._since = None

    def time(self, at: int) -> int:
        """Running time at `at`."""
        stood = at - self._since if self._since is not None else 0
        return at - self._left_out - stood

    def at(self, time: int) -> int | None:
        """When running time will reach `time`, or None while the clock stands still."""
        return time + self._left_out if self.running else None
