"""From runs to answers: intervals, selection, samples, indices, boxes, value of information."""
