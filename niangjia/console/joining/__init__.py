"""The reviewer's desk: the queue, one request, the codes, and who is on another roll."""
