# the tests of ct/; included by tests/local.mk
