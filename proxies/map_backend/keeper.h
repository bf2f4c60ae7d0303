// SPDX-License-Identifier: Apache-2.0
//
// What the map backend does for a client as a whole: it sees to it that the maps are configured,
// looks from time to time at structures for which calls wait, since events may get lost, and keeps
// the client's own entry in the map of clients, which others take as the proof that it is alive.
#ifndef HZI_PROXIES_MAP_BACKEND_KEEPER_H
#define HZI_PROXIES_MAP_BACKEND_KEEPER_H

#include "proxies/map_backend/cell.h"

// The map of clients: the id of each that may hold something, as text, for as long as its lease.
#define HZI_CLIENTS_MAP "hz_clients"

// Part of a cell.
typedef struct hzi_cell_link {
	hzi_cell *cell; // NULL: not in the list
	struct hzi_cell_link *next;
	_Atomic bool listens; // or is about to
} hzi_cell_link;

// Asks the members for a map with backups and without eviction, unless that was done before. A
// member that will not have it is no failure: the map is then as it is configured there. Blocks.
hz_err hzi_keeper_declare(hz_client *client, const char *map, const hz_call *call, hz_error *err);

// Puts the client's own entry and keeps it there from now on. Blocks the first time.
hz_err hzi_keeper_vouch(hz_client *client, const hz_call *call, hz_error *err);

// Whether that entry is there for a while yet. Any thread.
bool hzi_keeper_is_vouched(hz_client *client);

// Listens to changes of a cell's entry, and lists the cell. Once for each cell. Blocks.
hz_err hzi_keeper_listen(hz_client *client, hzi_cell *cell, hzi_cell_link *link, hz_error *err);

// Lists the cell alone, so that it hears of the client's end. Any thread.
void hzi_keeper_list(hz_client *client, hzi_cell *cell, hzi_cell_link *link);

// Calls wait for a cell of the list: looks at it from time to time. Any thread; does not block.
void hzi_keeper_watch(hz_client *client);

#endif
