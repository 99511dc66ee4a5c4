import { IsOptional, IsString, Length, Matches } from 'class-validator';

/** Body of `POST /api/auth/token`: what the token is to speak of, and whom it is for. All of it may be left out. */
export class TokenBody {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  organizationId?: string | null;

  @IsOptional()
  @IsString()
  @Length(1, 200)
  projectId?: string | null;

  /** The service that is to accept it, by the name that it knows itself by. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(/^[\x21-\x7e]+$/, { message: 'audience must be printable ASCII without spaces' })
  audience?: string | null;
}
