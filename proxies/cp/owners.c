// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/owners.h"

// Where the owner stands in the list, or its end.
static hzi_cp_stake **
find_owner(hzi_cp_bond *bond, int64_t owner)
{
	hzi_cp_stake **at = &bond->owners;
	while (*at != NULL && (*at)->owner != owner) {
		at = &(*at)->next;
	}
	return at;
}

int64_t
hzi_cp_bond_held(hzi_cp_bond *bond, int64_t owner)
{
	pthread_mutex_lock(&bond->lock);
	const hzi_cp_stake *found = *find_owner(bond, owner);
	int64_t session = found != NULL ? found->session : 0;
	pthread_mutex_unlock(&bond->lock);
	return session;
}

// Takes one hold of the stake if the owner was not there.
static bool
put_owner(hzi_cp_bond *bond, hzi_cp_stake *stake, int64_t owner, int64_t session)
{
	pthread_mutex_lock(&bond->lock);
	hzi_cp_stake **at = find_owner(bond, owner);
	bool is_new = *at == NULL;
	if (is_new && stake != NULL) {
		stake->owner = owner;
		stake->next = NULL;
		*at = stake;
	}
	if (*at != NULL) {
		(*at)->session = session;
		(*at)->moves = ++bond->moves;
	}
	pthread_mutex_unlock(&bond->lock);
	return is_new;
}

hz_err
hzi_cp_bond_hold(hzi_cp_bond *bond, hzi_cp_stake *stake, int64_t owner, int64_t session)
{
	if (stake != NULL) {
		atomic_fetch_add_explicit(&stake->holds, 1, memory_order_relaxed);
	} else if (put_owner(bond, NULL, owner, session)) {
		stake = hzi_cp_stake_take(bond);
	} else {
		return HZ_OK;
	}
	if (stake == NULL) {
		return HZ_ERR_MEMORY;
	}
	if (!put_owner(bond, stake, owner, session)) {
		hzi_cp_stake_drop(stake);
	}
	return HZ_OK;
}

void
hzi_cp_bond_forget(hzi_cp_bond *bond, int64_t owner)
{
	pthread_mutex_lock(&bond->lock);
	hzi_cp_stake **at = find_owner(bond, owner);
	hzi_cp_stake *found = *at;
	if (found != NULL) {
		*at = found->next;
	}
	pthread_mutex_unlock(&bond->lock);
	if (found != NULL) {
		hzi_cp_stake_drop(found);
	}
}

// 0: the owner is not remembered.
static void
note(hzi_call *call, bool move)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	pthread_mutex_lock(&bond->lock);
	hzi_cp_stake *found = *find_owner(bond, call->owner_id);
	if (found != NULL && move) {
		found->moves = ++bond->moves;
	}
	call->aim_note = found != NULL ? found->moves : 0;
	pthread_mutex_unlock(&bond->lock);
}

void
hzi_cp_bond_note(hzi_call *call)
{
	note(call, false);
}

void
hzi_cp_bond_note_move(hzi_call *call)
{
	note(call, true);
}

bool
hzi_cp_bond_forget_noted(hzi_call *call)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	pthread_mutex_lock(&bond->lock);
	hzi_cp_stake **at = find_owner(bond, call->owner_id);
	hzi_cp_stake *found = *at;
	if (found != NULL && found->moves != call->aim_note) {
		found = NULL;
	}
	if (found != NULL) {
		*at = found->next;
	}
	pthread_mutex_unlock(&bond->lock);
	if (found != NULL) {
		hzi_cp_stake_drop(found);
	}
	return found != NULL;
}
