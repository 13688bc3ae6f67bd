# the tests of parser/; included by tests/local.mk
