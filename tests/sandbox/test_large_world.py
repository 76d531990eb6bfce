"""A world with many payments answers as fast as an empty one: everything is found by key, deadlines are a heap."""

import time
from datetime import timedelta

from vipps_nb.sandbox.clock import Clock


def median(look, times=60):
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        look()
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[times // 2]


def test_a_look_costs_the_same_with_many_payments(merchant):
    merchant.create("order-0001")
    path = "/epayment/v1/payments/order-0001"
    alone = median(lambda: merchant.get(path))

    for number in range(1500):
        merchant.create(f"crowd-{number:06}")

    assert median(lambda: merchant.get(path)) < 3 * alone + 0.002


def test_a_hundred_thousand_deadlines_happen_in_order():
    clock = Clock()
    clock.set(held=True)
    start, seen = clock.now(), []
    moments = [start + timedelta(milliseconds=index * 7919 % 100_000 + 1) for index in range(100_000)]
    for moment in moments:
        clock.at(moment, lambda: seen.append(clock.now()))

    clock.set(now=max(moments))

    assert seen == sorted(moments)
