"""Sound devices: microphones, and what is played.

`device` says what one is, `system` which way a system has to them: `pulse` by a sound server's own programs, `card` by SoundCard, which
works in a process of its own, `card_worker`. `capture` listens through a call, `meters` to all at once.
"""
