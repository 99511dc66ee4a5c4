import { Field, InputType } from '@nestjs/graphql';
import { IsOptional, IsString, Length } from 'class-validator';

/** What the input of every mutation carries. */
@InputType({ isAbstract: true })
export abstract class MutationInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Makes the call safe to repeat: a second call with the same key and input changes nothing and answers as the first did, ' +
      'except that what is shown once is null. 1 to 200 characters; yours alone, kept with the change.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  idempotencyKey?: string;
}
