import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { contentsOf, plansWithMoreSeats } from '../../policy/plans.js';
import type { Booking } from './plan.types.js';

/** An invitation that waits holds a seat, so that whoever accepts it finds one; a member's own holds none beside theirs. */
const takenSeats = `
  (select count(*)::int from memberships member where member.organization_id = organization.id)
  + (select count(*)::int from invitations invitation
     where invitation.organization_id = organization.id
       and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > $2
       and not exists (
         select from users person join memberships own on own.user_id = person.id
         where person.email = invitation.email and own.organization_id = organization.id))`;

/** How many people an organization has room for. Who changes that, or asks whether there is room, has taken the turn. */
@Injectable()
export class SeatService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** How many seats are taken, of each of these organizations. In one statement. */
  async takenOf(organizationIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.rows<{ id: string; taken: number }>(
      `select organization.id, ${takenSeats} as taken from organizations organization where organization.id = any($1)`,
      [organizationIds, this.clock.now()],
    );
    return new Map(rows.map(({ id, taken }) => [id, taken]));
  }

  async isOneFree(tx: Tx, organizationId: string): Promise<boolean> {
    const booking = await bookingOf(tx, organizationId);
    const seats = seatsOf(booking);
    return seats === null || (await this.taken(organizationId)) < seats;
  }

  /**
   * To be asked when the seat has just been taken, in the same transaction.
   * @throws ENTITLEMENT_REQUIRED with `plan`, `seats`, `used`, and the `plans` that have more
   */
  async refuseOverflow(tx: Tx, organizationId: string): Promise<void> {
    const booking = await bookingOf(tx, organizationId);
    const seats = seatsOf(booking);
    if (seats === null) return;
    const taken = await this.taken(organizationId);
    if (taken <= seats) return;
    const plans = plansWithMoreSeats(seats);
    throw new AppError('ENTITLEMENT_REQUIRED', {
      message: `All ${seats} seats are taken. Free one, or book more; these plans have more: ${plans.join(', ')}.`,
      facts: { plan: booking.plan, seats, used: taken - 1, plans },
    });
  }

  private async taken(organizationId: string): Promise<number> {
    return (await this.takenOf([organizationId])).get(organizationId) ?? 0;
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
