"""The world's clock: what falls due happens in order, each at its own moment, however much there is."""

from datetime import timedelta

from vipps_nb.sandbox.world.clock import Clock


def test_a_hundred_thousand_deadlines_happen_in_order():
    clock = Clock()
    clock.set(held=True)
    start, seen = clock.now(), []
    moments = [start + timedelta(milliseconds=index * 7919 % 100_000 + 1) for index in range(100_000)]
    for moment in moments:
        clock.at(moment, lambda: seen.append(clock.now()))

    clock.set(now=max(moments))

    assert seen == sorted(moments)
