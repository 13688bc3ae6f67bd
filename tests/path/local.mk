# the tests of path/; included by tests/local.mk
