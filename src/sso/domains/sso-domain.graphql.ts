import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { ConfigureSsoPayload } from '../connections/sso-mutation.graphql.js';

@InputType({ description: 'A connection, and a domain that it is to speak for besides its own.' })
export class AddSsoDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;

  @Field(() => ID, { description: 'A verified domain of the same organization.' })
  @IsString()
  domainId!: string;
}

@ObjectType({ description: 'What adding a domain to a connection gives.' })
export class AddSsoDomainPayload extends ConfigureSsoPayload {}

@InputType({ description: 'A connection, and a domain that it is not to speak for any more.' })
export class RemoveSsoDomainInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;

  @Field(() => ID, { description: 'The domain; not the one that the connection is named by.' })
  @IsString()
  domainId!: string;
}

@ObjectType({ description: 'What removing a domain from a connection gives.' })
export class RemoveSsoDomainPayload extends ConfigureSsoPayload {}
