// SPDX-License-Identifier: Apache-2.0
//
// An intrusive doubly linked list. The link is a member of what is listed (HZI_OUTER leads back),
// so nothing is allocated and an element can leave from the middle. No locking: whoever owns the
// list's lock or thread calls these.
#ifndef HZI_BASE_LIST_H
#define HZI_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct hzi_link {
	struct hzi_link *prev;
	struct hzi_link *next;
} hzi_link;

// A ring through a head that is no element itself; initialised before use.
typedef struct hzi_list {
	hzi_link head;
} hzi_list;

// Makes the list empty. What was in it is left as it was.
static inline void
hzi_list_init(hzi_list *list)
{
	list->head.prev = &list->head;
	list->head.next = &list->head;
}

static inline bool
hzi_list_empty(const hzi_list *list)
{
	return list->head.next == &list->head;
}

// Puts `link`, which is in no list, between two neighbours.
static inline void
hzi_link_between(hzi_link *link, hzi_link *prev, hzi_link *next)
{
	link->prev = prev;
	link->next = next;
	prev->next = link;
	next->prev = link;
}

static inline void
hzi_list_push_back(hzi_list *list, hzi_link *link)
{
	hzi_link_between(link, list->head.prev, &list->head);
}

// Takes a link out of the list that it is in, and zeroes it; a link that is in none stays as it is.
static inline void
hzi_list_remove(hzi_link *link)
{
	if (link->next == NULL) {
		return;
	}
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->prev = NULL;
	link->next = NULL;
}

// The first link, or NULL.
static inline hzi_link *
hzi_list_first(const hzi_list *list)
{
	return hzi_list_empty(list) ? NULL : list->head.next;
}

// The link after `link`, or NULL. To remove while walking, ask for the next one first.
static inline hzi_link *
hzi_list_next(const hzi_list *list, const hzi_link *link)
{
	return link->next == &list->head ? NULL : link->next;
}

#endif
