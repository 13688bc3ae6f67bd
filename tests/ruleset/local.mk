# the tests of ruleset/; included by tests/local.mk
