import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { accessStepKinds, type AccessStepKind as Kind } from '../../access/access-steps.types.js';
import { holdingVias, type PermissionHolder } from '../../access/standing/permission-holders.service.js';
import { connectionType } from '../../platform/graphql/connection.js';
import type { BuiltInRole, Permission } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';

export const AccessStepKind = Object.fromEntries(accessStepKinds.map((kind) => [kind, kind])) as {
  readonly [Name in Kind]: Name;
};

registerEnumType(AccessStepKind, {
  name: 'AccessStepKind',
  description: 'What is looked at before somebody may do something.',
  valuesMap: {
    ACCOUNT: { description: 'Whether the account is active.' },
    KEY: { description: 'Whether the key is in use: neither revoked nor expired.' },
    INSTANCE_ADMINISTRATOR: { description: 'They administer the instance, which gives everything.' },
    MEMBERSHIP: { description: 'Whether they are a member of the organization.' },
    ORGANIZATION_ROLE: { description: 'Their role in the organization.' },
    PROJECT_ROLE: { description: 'The role that is set in the project, in place of the other.' },
    GRANT: { description: 'A role that they were granted beside it, and that counts here.' },
    GROUP: { description: 'A role that a group of theirs has, and that counts here.' },
    KEY_REACH: { description: 'Whether the key is good for this organization or project.' },
    SERVICE_ACCOUNT: { description: 'Whether the service account that the key is of has the permission.' },
    SSO: {
      description: 'What single sign-on asks of how they come in. It never fails here, where there is no session.',
    },
    SECOND_FACTOR: { description: 'That the organization asks for a second factor. It never fails here, either.' },
    ROLE_PERMISSIONS: { description: 'Whether the role that counts holds the permission.' },
    KEY_MAKER: { description: 'That whoever made the key does not hold any more what it was given.' },
    KEY_PERMISSIONS: { description: 'Whether the key has the permission.' },
    PLAN: { description: "Whether the organization's plan includes what the permission is for." },
  },
});

@ObjectType({ description: 'One of the things that are looked at.' })
export class AccessStep {
  @Field(() => AccessStepKind, { description: 'What is looked at.' })
  kind!: Kind;

  @Field(() => Boolean, { description: 'Whether it lets them on. The first that does not is the last step.' })
  passed!: boolean;

  @Field(() => String, { description: 'What was found, in a sentence.' })
  explanation!: string;
}

@ObjectType({ description: 'Whether somebody may do something, and why.' })
export class AccessExplanation {
  @Field(() => Boolean, {
    description: 'Whether they may, once they have come in by the way that the SSO and SECOND_FACTOR steps tell.',
  })
  allowed!: boolean;

  @Field(() => ID, { description: 'The permission that was asked about.' })
  permission!: Permission;

  @Field(() => [AccessStep], { description: 'What is looked at, in the order in which it is.' })
  steps!: readonly AccessStep[];

  @Field(() => String, { nullable: true, description: 'The one thing that would change a no; null for a yes.' })
  remedy!: string | null;
}

@InputType({ description: 'About whom, what and where: exactly one of userId and apiKeyId is given.' })
export class ExplainAccessInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => ID, { nullable: true, description: 'A project of it; the organization as a whole, unless given.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => ID, { description: 'The permission, in the name that `permissions` has for it.' })
  @IsString()
  @MaxLength(100)
  permission!: string;

  @Field(() => ID, { nullable: true, description: 'The member.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The key.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  apiKeyId?: string | null;
}

type Via = PermissionHolder['via'];

export const AccessVia = Object.fromEntries(holdingVias.map((via) => [via, via])) as { readonly [Name in Via]: Name };

registerEnumType(AccessVia, {
  name: 'AccessVia',
  description: 'By what a member holds a permission.',
  valuesMap: {
    ORGANIZATION: { description: 'By their role in the organization.' },
    PROJECT: { description: 'By the role that is set for them in the project.' },
    GRANT: { description: 'By a role that they were granted beside it.' },
    GROUP: { description: 'By a role of a group that they are in.' },
    INSTANCE: { description: 'By administering the instance, whatever their role.' },
  },
});

@ObjectType({ description: 'A member who holds a permission.' })
export class AccessHolder implements PermissionHolder {
  /** The person, by id; the `user` field is read for a whole page at once. */
  userId!: string;

  @Field(() => Role, {
    description: 'The role of their membership, or the one that is set in the project in its place.',
  })
  role!: BuiltInRole;

  @Field(() => AccessVia, { description: 'By what they hold it.' })
  via!: Via;

  @Field(() => String, { description: 'The name of the role that gives it.' })
  roleName!: string;

  @Field(() => String, { nullable: true, description: 'The name of the group by which they have that role.' })
  group!: string | null;
}

export const AccessHolderConnection = connectionType(AccessHolder, 'AccessHolder');

@ObjectType({ description: 'Who holds a permission.' })
export class AccessHolders {
  organizationId!: string;
  projectId!: string | null;

  @Field(() => ID, { description: 'The permission that was asked about.' })
  permission!: Permission;
}
