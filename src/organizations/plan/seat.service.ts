import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { BatchedReads } from '../../platform/database/batched-reads.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { contentsOf, plansWithMoreSeats } from '../../policy/plans.js';
import type { Booking } from './plan.types.js';

/** Directories hardly ever delete anybody: whom one has deactivated has left, and holds no seat until they are let in again. */
const members = `
  (select count(*)::int from memberships member
   where member.organization_id = organization.id
     and not exists (
       select from users gone where gone.id = member.user_id and gone.deactivated_by_directory_of is not null))`;

/** An invitation that waits holds a seat, so that whoever accepts it finds one; a member's own holds none beside theirs. */
const waiting = `
  (select count(*)::int from invitations invitation
   where invitation.organization_id = organization.id
     and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > $2
     and not exists (
       select from users person join memberships own on own.user_id = person.id
       where person.email = invitation.email and own.organization_id = organization.id))`;

/** `$1` the organizations, `$2` now. */
const taken = `
  select ${members} as members, ${waiting} as waiting from unnest($1::text[]) with ordinality as organization(id, place)
  order by organization.place`;

interface Taken {
  readonly members: number;
  readonly waiting: number;
}

/** How many people an organization has room for. Who changes that, or asks whether there is room, has taken the turn. */
@Injectable()
export class SeatService {
  private readonly taken: BatchedReads<string, Taken>;

  constructor(database: Database, clock: Clock) {
    this.taken = new BatchedReads(database, (reader, ids) => reader.query<Taken[]>(taken, [ids, clock.now()]));
  }

  /** How many seats are taken. */
  async takenIn(organizationId: string): Promise<number> {
    const { members, waiting } = await this.taken.load(organizationId);
    return members + waiting;
  }

  async isOneFree(tx: Tx, organizationId: string): Promise<boolean> {
    const seats = seatsOf(await bookingOf(tx, organizationId));
    return seats === null || (await this.takenIn(organizationId)) < seats;
  }

  /**
   * To be asked when a seat has just been taken, in the same transaction.
   * @throws ENTITLEMENT_REQUIRED with `plan`, `seats`, `used`, and the `plans` that have more
   */
  refuseOverflow(tx: Tx, organizationId: string): Promise<void> {
    return this.refuseWhere(tx, organizationId, ({ members, waiting }) => members + waiting);
  }

  /**
   * As `refuseOverflow`, for whoever has had a seat by their invitation. Where more are waiting than there are seats, of a
   * time when there were more, they are for those who come first.
   */
  refuseTooManyMembers(tx: Tx, organizationId: string): Promise<void> {
    return this.refuseWhere(tx, organizationId, ({ members }) => members);
  }

  private async refuseWhere(tx: Tx, organizationId: string, count: (taken: Taken) => number): Promise<void> {
    const booking = await bookingOf(tx, organizationId);
    const seats = seatsOf(booking);
    if (seats === null) return;
    const wanted = count(await this.taken.load(organizationId));
    if (wanted <= seats) return;
    const plans = plansWithMoreSeats(seats);
    throw new AppError('ENTITLEMENT_REQUIRED', {
      message: `All ${seats} seats are taken. Free one, or book more; these plans have more: ${plans.join(', ')}.`,
      facts: { plan: booking.plan, seats, used: wanted - 1, plans },
    });
  }
}

/** What the administrator has set for the organization, else what its plan has; null for as many as come. */
export function seatsOf({ plan, seats }: Booking): number | null {
  return seats ?? contentsOf(plan).seats;
}

async function bookingOf(tx: Tx, organizationId: string): Promise<Booking> {
  const [booking] = await tx.query<Booking[]>('select plan, seats from organizations where id = $1', [organizationId]);
  if (!booking) throw new AppError('NOT_FOUND');
  return booking;
}
