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
keeps_order_from_both_ends(void)
{
	item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
	hzi_list list;
	hzi_list_init(&list);
	HZT_CHECK(hzi_list_empty(&list) && hzi_list_first(&list) == NULL);
	hzi_list_push_back(&list, &items[1].link);
	hzi_list_push_back(&list, &items[2].link);
	hzi_list_push_front(&list, &items[0].link);
	hzi_list_push_back(&list, &items[3].link);
	expect(&list, (const int[]){0, 1, 2, 3}, 4);
	HZT_CHECK(hzi_list_pop_front(&list) == &items[0].link);
	expect(&list, (const int[]){1, 2, 3}, 3);
}

static void
removes_from_the_middle_and_twice(void)
{
	item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	hzi_list list;
	hzi_list_init(&list);
	HZT_CHECK(!hzi_link_listed(&items[1].link));
	for (int i = 0; i < 3; i++) {
		hzi_list_push_back(&list, &items[i].link);
	}
	HZT_CHECK(hzi_link_listed(&items[1].link));
	hzi_list_remove(&items[1].link);
	HZT_CHECK(!hzi_link_listed(&items[1].link));
	hzi_list_remove(&items[1].link);
	expect(&list, (const int[]){0, 2}, 2);
	hzi_list_remove(&items[2].link);
	hzi_list_remove(&items[0].link);
	HZT_CHECK(hzi_list_empty(&list));
	HZT_CHECK(hzi_list_pop_front(&list) == NULL);
	hzi_list_push_back(&list, &items[1].link);
	expect(&list, (const int[]){1}, 1);
}

static void
moves_all_to_the_end_of_another(void)
{
	item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
	hzi_list a;
	hzi_list b;
	hzi_list_init(&a);
	hzi_list_init(&b);
	hzi_list_move_all(&a, &b);
	HZT_CHECK(hzi_list_empty(&a) && hzi_list_empty(&b));
	hzi_list_push_back(&a, &items[0].link);
	hzi_list_push_back(&a, &items[1].link);
	hzi_list_move_all(&a, &b);
	expect(&a, (const int[]){0, 1}, 2);
	hzi_list_push_back(&b, &items[2].link);
	hzi_list_push_back(&b, &items[3].link);
	hzi_list_move_all(&a, &b);
	expect(&a, (const int[]){0, 1, 2, 3}, 4);
	HZT_CHECK(hzi_list_empty(&b));
	hzi_list_move_all(&b, &a);
	expect(&b, (const int[]){0, 1, 2, 3}, 4);
}

static const hzt_case cases[] = {
		{"keeps_order_from_both_ends", keeps_order_from_both_ends},
		{"removes_from_the_middle_and_twice", removes_from_the_middle_and_twice},
		{"moves_all_to_the_end_of_another", moves_all_to_the_end_of_another},
};
HZT_MAIN("list", cases)
