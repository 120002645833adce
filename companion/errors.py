"""Every exception, with its exit code: one line each, *where: what is wrong; what to do*.

CompanionError                exit   who must act              the call goes on?
├── ConfigError                 2     the person starting       not started
├── ChecklistError              2     the rule author           not started
├── SourceError                 3     the person starting       that source ends
│   ├── DeviceError                   (no sound server, or no such microphone)
│   ├── AudioFormatError              (a file or frame that is not the audio it claims to be)
│   ├── PeerError                     (a peer that speaks wrongly: its connection ends)
│   └── SourceLost                    (retryable; becomes an event)
├── SpeechError                 4     the person starting       not started, or ends
│   └── ModelMissing                  (says where it looked and how to get one)
├── SinkError                   5     the operator              always; becomes an event
│   └── ReaderGone            141     nobody                      (stdout's reader went away, as `head` does: stop quietly)
└── ReplayError                 6     the person starting       not started
    ├── JournalError                  (a line that cannot be read)
    └── ReplayMismatch                (the same events gave other updates)
CoreMisuse(AssertionError)            our own bug: let it crash
"""


class CompanionError(Exception):
    """Raised when something outside the program is wrong; its text is one line for a person."""

    exit_code = 1


class ConfigError(CompanionError):
    """Raised when a setting, option or configuration file cannot be used."""

    exit_code = 2


class ChecklistError(CompanionError):
    """Raised when a checklist cannot be used.

    Attributes:
        file: the checklist's path, as the person wrote it.
        line: the line in it, counted from 1, or 0 where no line is to blame.
    """

    exit_code = 2

    def __init__(self, text: str, *, file: str = "", line: int = 0) -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        # what the file holds is quoted in the text, line ends and terminal escapes included
        super().__init__(place + " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()))
        self.file = file
        self.line = line


class SourceError(CompanionError):
    """Raised when a source cannot be opened or read any further."""

    exit_code = 3


class DeviceError(SourceError):
    """Raised when there is no sound server, or not the device that was asked for."""


class AudioFormatError(SourceError):
    """Raised when bytes are not the audio they are said to be."""


class PeerError(SourceError):
    """Raised when a peer breaks its protocol; only that connection ends."""


class SourceLost(SourceError):
    """Raised when a source stops in the middle and may come back; becomes a `source_lost` event."""


class SpeechError(CompanionError):
    """Raised when the recogniser cannot be started, or keeps failing."""

    exit_code = 4


class ModelMissing(SpeechError):
    """Raised when no usable speech model is found; the text says where it looked and how to get one."""


class SinkError(CompanionError):
    """Raised when records cannot be written; the call goes on."""

    exit_code = 5


class ReaderGone(SinkError):
    """Raised when whoever read our output has gone. Nothing is printed; the exit code is what a shell gives for SIGPIPE."""

    exit_code = 141


class ReplayError(CompanionError):
    """Raised when a journal cannot be played again."""

    exit_code = 6


class JournalError(ReplayError):
    """Raised when a journal's line cannot be read.

    Attributes:
        line: counted from 1, or 0 where it is not known.
    """

    def __init__(self, text: str, *, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class ReplayMismatch(ReplayError):
    """Raised when the same events gave other updates; the text shows the first difference."""


class CoreMisuse(AssertionError):
    """Raised when our own code breaks a rule of the core, such as time going backwards. Never caught."""
