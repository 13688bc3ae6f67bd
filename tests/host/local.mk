# the tests of host/; included by tests/local.mk
