"""From a row of the trial table to a pretest-posttest-control effect: the paths and their order of trust."""
