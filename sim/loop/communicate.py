"""Link 4, communication: what people are told, and what they make of it. (Appeals are heard in the appraisal.)"""

from __future__ import annotations

from sim.jit import inlined
from sim.rules.justice import informational_signal, interpersonal_signal
from sim.rules.numbers import remembered
from sim.rules.understanding import interviews_held, next_understanding


@inlined
def talk_to(world, step, i):
    """A month of communication with one cadre: understanding, respect and reasons."""
    c = world.cadres[i]
    scheme, b = world.schemes[world.departments[c.department].arm], world.behaviour[0]
    months = world.organisation[0].months_a_step
    regular = min(1.0, scheme.interviews_per_year / 4.0)
    counselling = interviews_held(step, scheme.interviews_per_year, months) + scheme.coaching / 12.0 * months
    c.understanding = next_understanding(
        c.understanding, scheme.study, b.study_rate, scheme.culture, counselling, b.interview_rate, b.forgetting_rate
    )
    respect = interpersonal_signal(regular, scheme.coaching, scheme.care, c.sanctioned * scheme.sanctions)
    reasons = informational_signal(scheme.explanation, regular, scheme.publish_scores, scheme.study, scheme.interim_results)
    c.justice_interpersonal = remembered(c.justice_interpersonal, respect, b.justice_memory)
    c.justice_informational = remembered(c.justice_informational, reasons, b.justice_memory)
