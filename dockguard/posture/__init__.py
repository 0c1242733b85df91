"""The effective state: services and hosts against controls, told by the facts that rules ask, judged by the rules."""
