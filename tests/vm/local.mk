# the tests of vm/; included by tests/local.mk
