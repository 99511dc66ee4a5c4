import { IsOptional, IsString, Length, MaxLength } from 'class-validator';

/** Body of `POST /api/auth/signup`. */
export class SignUpBody {
  @IsString()
  @MaxLength(1_000)
  email!: string;

  @IsString()
  @Length(1, 120)
  name!: string;

  /** Its least length is a setting, told by the password policy. */
  @IsString()
  @MaxLength(1_000)
  password!: string;

  /** The token of an invitation's link. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  invitation?: string;
}

/** Body of `POST /api/auth/discover`. */
export class DiscoverBody {
  @IsString()
  @MaxLength(1_000)
  email!: string;
}
