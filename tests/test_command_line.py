"""`vipps-nb`, as a process: every way of ending it is clean, and what it cannot do it says in a sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest
import requests

from tests.waiting import eventually

VIPPS_NB = [sys.executable, "-m", "vipps_nb.cli"]
ALL = ["sandbox", "doctor", "lab --execute", "--help"]


def says(command, **streams):
    """Standard error of a command that ends by itself, and its exit code."""
    run = subprocess.run(
        [*VIPPS_NB, *command.split()],
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams,
    )
    return (run.stderr or b"").decode(), run.returncode


def is_a_sentence(said):
    return said.startswith("Error: ") and said.count("\n") == 1 and "Traceback" not in said


@pytest.mark.parametrize("command", ALL)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no disk that is always full")  # noqa: PTH110
def test_a_full_disk_is_a_sentence(command):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        said, code = says(command, stdout=full)
        assert is_a_sentence(said), said
        assert "No space left on device" in said
        assert code == 1


def test_with_no_room_for_the_sentence_either_the_exit_code_says_it():
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        assert says("--help", stdout=full, stderr=full)[1] == 1


def test_a_reader_who_has_gone_is_a_sentence():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        said, code = says("doctor", stdout=writing)
    finally:
        os.close(writing)

    assert is_a_sentence(said), said
    assert code == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that can close a stream")
def test_a_closed_standard_output_is_a_sentence():
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *VIPPS_NB, "sandbox"]
    run = subprocess.run(closed, stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    assert is_a_sentence(run.stderr), run.stderr
    assert run.returncode == 1


def test_what_cannot_be_listened_on_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command, words in {
            "sandbox --host 192.0.2.1 --let-others-in": "This machine has no such address",
            f"sandbox --port {port}": "leave it out",
            f"lab --no-browser --port {port}": "choose another one with --port",
        }.items():
            said, code = says(command)

            assert is_a_sentence(said), said
            assert words in said
            assert code == 1


def test_a_folder_that_cannot_be_written_to_is_a_sentence(nowhere):
    (nowhere / "file").write_text("not a folder")
    for command in ("lab --execute --folder file/below", "sandbox --write-env file/below"):
        said, code = says(command)

        assert is_a_sentence(said), said
        assert code == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(
    ("ignored", "said", "ends_at_once"),
    [("INT", "SIGINT", True), ("", "SIGHUP", True), ("HUP", "SIGHUP", False)],
    ids=["Ctrl-C, in the background of a script", "the terminal is closed", "nohup"],
)
def test_each_way_of_ending_the_sandbox_is_clean(ignored, said, ends_at_once):
    # Set outright: what this test itself was started with, such as nohup, is inherited.
    dispositions = "; ".join(
        f"signal.signal(signal.SIG{name}, signal.SIG_{'IGN' if name == ignored else 'DFL'})" for name in ("INT", "HUP")
    )
    start = f"import os, signal, sys; {dispositions}; os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", start, *VIPPS_NB, "sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = [process.stdout.readline() for _ in range(2)][1].strip().partition("=")[2]
            assert requests.get(f"{address}/sandbox", timeout=20).status_code == 200
            process.send_signal(getattr(signal, said))
            if not ends_at_once:
                assert requests.get(f"{address}/sandbox", timeout=20).status_code == 200
                process.terminate()
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()

    assert process.returncode == 0
    assert "Traceback" not in errors
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/sandbox", timeout=20)


def test_a_script_can_wait_for_the_ready_file(nowhere):
    file = nowhere / "ready.env"
    with subprocess.Popen(
        [*VIPPS_NB, "sandbox", "--ready-file", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            eventually(file.exists, seconds=30)
            address = dict(line.split("=", 1) for line in file.read_text().splitlines())["VIPPS_BASE_URL"]
            assert requests.get(f"{address}/sandbox/health", timeout=20).json() == {"status": "ok"}
            assert os.name == "nt" or file.stat().st_mode & 0o077 == 0
            process.terminate()
            process.communicate(timeout=20)
        finally:
            process.kill()

    assert not file.exists()


def test_a_ready_file_takes_nobodys_place(nowhere):
    mine = nowhere / "notes.txt"
    mine.write_text("mine")

    said, code = says(f"sandbox --ready-file {mine}")

    assert is_a_sentence(said), said
    assert "notes.txt is there already and is no ready file" in said
    assert (code, mine.read_text()) == (1, "mine")
