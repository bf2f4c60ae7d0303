// SPDX-License-Identifier: Apache-2.0
#include "base/list.h"

#include "base/attr.h"
#include "tests/support/suite.h"

typedef struct item {
	int number;
	hzi_link link;
} item;

// Checks that the list has exactly these numbers, walking both ways.
static void
expect(const hzi_list *list, const int *numbers, size_t n)
{
	size_t at = 0;
	for (hzi_link *link = hzi_list_first(list); link != NULL;
			link = hzi_list_next(list, link)) {
		HZT_CHECK(at < n);
		HZT_EQ_INT(HZI_OUTER(link, item, link)->number, numbers[at]);
		at++;
	}
	HZT_EQ_INT(at, n);
	const hzi_link *link = list->head.prev;
	while (at-- != 0) {
		HZT_EQ_INT(HZI_OUTER(link, item, link)->number, numbers[at]);
		link = link->prev;
	}
	HZT_CHECK(link == &list->head);
}

static void
keeps_the_order_of_pushes(void)
{
	item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	hzi_list list;
	hzi_list_init(&list);
	HZT_CHECK(hzi_list_empty(&list) && hzi_list_first(&list) == NULL);
	for (int i = 0; i < 3; i++) {
		hzi_list_push_back(&list, &items[i].link);
	}
	expect(&list, (const int[]){0, 1, 2}, 3);
}

static void
removes_from_the_middle_and_twice(void)
{
	item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	hzi_list list;
	hzi_list_init(&list);
	for (int i = 0; i < 3; i++) {
		hzi_list_push_back(&list, &items[i].link);
	}
	hzi_list_remove(&items[1].link);
	HZT_CHECK(items[1].link.next == NULL && items[1].link.prev == NULL);
	hzi_list_remove(&items[1].link);
	expect(&list, (const int[]){0, 2}, 2);
	hzi_list_remove(&items[2].link);
	hzi_list_remove(&items[0].link);
	HZT_CHECK(hzi_list_empty(&list));
	hzi_list_push_back(&list, &items[1].link);
	expect(&list, (const int[]){1}, 1);
}

static const hzt_case cases[] = {
		{"keeps_the_order_of_pushes", keeps_the_order_of_pushes},
		{"removes_from_the_middle_and_twice", removes_from_the_middle_and_twice},
};
HZT_MAIN("list", cases)
