# the tests of packet/; included by tests/local.mk
