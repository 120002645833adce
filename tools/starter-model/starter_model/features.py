"""Sound as the net sees it: 40 cepstra every 10 ms, as Vosk works them out by the model's `mfcc.conf`."""

from typing import Any

import kaldi_native_fbank
import numpy as np

from .voices import RATE, Sound

SIZE = 40
LOWEST, HIGHEST = 20, 7600
"""The band in Hz."""
Features = np.ndarray[Any, np.dtype[Any]]
"""A row for each frame; float16 where they are kept."""


def features(sound: Sound) -> Features:
    """A row for each 10 ms."""
    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.frame_opts.window_type = "povey"
    options.use_energy = False
    options.num_ceps = options.mel_opts.num_bins = SIZE
    options.mel_opts.low_freq, options.mel_opts.high_freq = LOWEST, HIGHEST
    mfcc = kaldi_native_fbank.OnlineMfcc(options)
    mfcc.accept_waveform(RATE, np.round(np.clip(sound, -1, 1) * 32767).tolist())
    mfcc.input_finished()
    frames = [mfcc.get_frame(number) for number in range(mfcc.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, SIZE), np.float32)
