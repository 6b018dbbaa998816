"""The strategy map (mechanism 16): capability stocks that carry one perspective's work into the next."""

from __future__ import annotations

from sim.jit import rule


@rule
def next_stock(stock, investment, rate):
    """Capability stock a month on: towards the effort spent on the perspective relative to normal; 1 = normal.

    The slow rate is the lag of the strategy map (Kaplan & Norton 2004; B District study). rate 0 = constant.
    """
    return stock + rate * (investment - stock)


@rule
def supported(stock, strength):
    """What a supporting stock does to the supported perspective's productivity: stock^strength."""
    return max(stock, 0.05) ** strength


@rule
def next_capability(capability, coaching, growth, understanding_of_map, rate, fade):
    """A cadre's capability on a perspective: coaching and growth build it, at most to 1.5; without them it fades to 1.

    c + rate (coaching + growth)(1 + map)/2 (1.5 - c) - fade (c - 1).
    """
    built = rate * 0.5 * (coaching + growth) * (1.0 + understanding_of_map) * (1.5 - capability)
    return capability + built - fade * (capability - 1.0)
