"""Ctrl-C ends the trying once, and nothing else; afterwards it does again what it did before."""

from __future__ import annotations

import signal
import threading

import pytest

from dbx_patch.selftest.interrupts import Interrupts


def test_it_raises_once_and_only_while_it_is_welcome() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        assert not interrupts.came and not interrupts.welcome
        signal.raise_signal(signal.SIGINT)
        assert interrupts.came
        interrupts.came, interrupts.welcome = False, True
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupts.came and not interrupts.welcome
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_thread_leaves_signals_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter() -> None:
        with Interrupts() as interrupts:
            seen.append((signal.getsignal(signal.SIGINT) is before, interrupts.came))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join(20)
    assert seen == [(True, False)] and signal.getsignal(signal.SIGINT) is before
