import { QuietSignUp } from './quiet-sign-up.service.js';
import { SignUpAccount } from './sign-up-account.service.js';
import { SignUpRules } from './sign-up-rules.service.js';
import { SignUpService } from './sign-up.service.js';

export const signUpProviders = [QuietSignUp, SignUpAccount, SignUpRules, SignUpService];
