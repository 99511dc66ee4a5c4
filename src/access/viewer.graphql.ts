import { Field, ObjectType } from '@nestjs/graphql';
import { connectionType } from '../platform/graphql/connection.js';
import type { ActorKind } from '../policy/actor.js';
import type { BuiltInRole } from '../policy/permissions.js';
import { Role } from '../policy/role.graphql.js';

@ObjectType({ description: 'Who is calling.' })
export class Viewer {
  /** The user's or the key's id; the kind's own name for the others. */
  id!: string;
  sessionId!: string | null;

  @Field(() => String, { description: '`user`, `apiKey` or `administrator` (the holder of `ADMIN_API_KEY`).' })
  kind!: ActorKind;

  @Field(() => String, { description: 'What a person recognises: an email, a public key.' })
  label!: string;

  @Field(() => Boolean, { description: 'Whether they may do everything everywhere in this instance.' })
  isInstanceAdministrator!: boolean;
}

@ObjectType({ description: "A person's place in one organization." })
export class Membership {
  /** The organization, by id; the `organization` field is read for a whole page at once. */
  organizationId!: string;

  @Field(() => Role, { description: 'What they may do there, unless a project says otherwise.' })
  role!: BuiltInRole;

  @Field(() => Date, { description: 'When they became a member.' })
  joinedAt!: Date;
}

export const MembershipConnection = connectionType(Membership, 'Membership');
