/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smallest program that uses libnftvm from outside the tree. */
#include <nftvm/nftvm.h>
#include <stdio.h>

int main(void)
{
	printf("libnftvm %s\n", nftvm_version());
	return 0;
}
