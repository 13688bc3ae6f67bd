# the files of man/; included by Makefile.am
dist_man_MANS = man/nftvm.1
