"""Sound devices: microphones, and what is played. `device` says what one is, `pulse` asks the sound server, `capture` listens."""
