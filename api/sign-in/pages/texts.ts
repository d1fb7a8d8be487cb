import type { Context } from 'hono';
import type { AppEnv } from '../../env.ts';

export type Language = 'zh' | 'en';

const english = {
  title: 'Sign in',
  email: 'E-mail',
  password: 'Password',
  signIn: 'Sign in',
  withPasskey: 'Sign in with a passkey',
  withProvider: 'Sign in with your company account',
  noScript: 'Passkeys need JavaScript.',
  passkeyFailed: 'The passkey was not taken.',
  secondFactor: 'Second step',
  code: 'Code from your authenticator app, or a backup code',
  confirm: 'Confirm',
  otherLanguage: '中文',
  demoTitle: 'Demonstration',
  demoText:
    'This is the embedded default on your own machine, with generated people. One click signs in as one of them, ' +
    'without a password. They exist here only; an installation with a real sign-in has none of this.',
  demoAway: 'Demo people sign in only on the machine itself, at its own address.',
  invitation: 'Choose a password',
  invitationText: 'For the address',
  newPassword: 'New password (at least 12 characters)',
  chosen: 'The password is set. Sign in with it.',
  account: 'Your sign-in',
  approvals: 'Approvals that wait for you',
  signedInAs: 'Signed in as',
  signOut: 'Sign out',
  signOutElsewhere: 'Sign out everywhere else',
  signedOut: 'You are signed out.',
  addSecondFactor: 'Set up an authenticator app',
  addSecondFactorText: 'Your password, once more',
  secret: 'Enter this key in your authenticator app, or open the link on the device that has it.',
  backupCodes: 'Backup codes, each good for one sign-in. They are shown this once: keep them.',
  openApp: 'Open the authenticator app',
  secondFactorOn: 'The second step is on.',
  addPasskey: 'Add a passkey',
  passkeyAdded: 'The passkey was added.',
  back: 'Back to sign-in',
  stepUp: 'A second factor is needed',
  stepUpText: 'This takes a second factor: sign in with a passkey, or with your password and a code.',
  stepUpNone: 'You have neither yet? Set one up, then come back.',
  stepUpReturn: 'Back to where you were',
  stepUpDemo: 'This takes a second factor. In place of an authenticator app, this prints your present code:',
  demoCode: 'Code',
  demoFactor:
    'A decision on a large sum asks for a second factor. This prints the present code of one of them:',
  stepUpProvider:
    'This takes a second factor. Sign in with your company account again, with a second factor there: it has to say so.',
};

export type Texts = typeof english;

const chinese: Texts = {
  title: '登录',
  email: '电子邮箱',
  password: '密码',
  signIn: '登录',
  withPasskey: '使用通行密钥登录',
  withProvider: '使用公司账号登录',
  noScript: '通行密钥需要 JavaScript。',
  passkeyFailed: '通行密钥未被接受。',
  secondFactor: '第二步验证',
  code: '验证器应用中的验证码，或备用码',
  confirm: '确认',
  otherLanguage: 'English',
  demoTitle: '演示',
  demoText:
    '这是您本机上的内置默认环境，人员均为生成的演示人员。点击一下即可以其中一人的身份登录，无需密码。' +
    '演示人员只存在于此；启用真实登录的系统中没有演示人员登录。',
  demoAway: '演示人员只能在本机以本机地址登录。',
  invitation: '设置密码',
  invitationText: '邮箱',
  newPassword: '新密码（至少 12 个字符）',
  chosen: '密码已设置，请登录。',
  account: '您的登录',
  approvals: '等待您审批',
  signedInAs: '当前登录',
  signOut: '退出登录',
  signOutElsewhere: '退出其他所有会话',
  signedOut: '您已退出登录。',
  addSecondFactor: '设置验证器应用',
  addSecondFactorText: '请再次输入密码',
  secret: '请在验证器应用中输入此密钥，或在装有该应用的设备上打开链接。',
  backupCodes: '备用码，每个只能登录一次。仅显示这一次，请妥善保存。',
  openApp: '打开验证器应用',
  secondFactorOn: '第二步验证已启用。',
  addPasskey: '添加通行密钥',
  passkeyAdded: '通行密钥已添加。',
  back: '返回登录',
  stepUp: '需要第二步验证',
  stepUpText: '此操作需要第二步验证：请使用通行密钥登录，或使用密码和验证码登录。',
  stepUpNone: '还没有设置？请先设置，再返回。',
  stepUpReturn: '返回原页面',
  stepUpDemo: '此操作需要第二步验证。以下命令代替验证器应用，显示您当前的验证码：',
  demoCode: '验证码',
  demoFactor: '大额决定需要第二步验证。以下命令显示其中一人当前的验证码：',
  stepUpProvider: '此操作需要第二步验证：请重新使用公司账号登录并完成第二步验证，且须由公司登录服务告知。',
};

const codes: { [code: string]: { [language in Language]: string } } = {
  ACCOUNT_DISABLED: { en: 'This account is disabled.', zh: '该账号已停用。' },
  IDENTITY_PROVIDER_AWAY: {
    en: 'The company sign-in does not answer. Try again.',
    zh: '公司登录服务无响应，请重试。',
  },
  INVITATION_INVALID: {
    en: 'This invitation holds no more. Ask for a new one.',
    zh: '邀请已失效，请重新索取。',
  },
  LOGIN_UNKNOWN: { en: 'Nobody here signs in with this account.', zh: '此处没有人使用该账号登录。' },
  ORIGIN_REFUSED: { en: 'The form came from another site.', zh: '表单来自其他网站。' },
  INPUT_INVALID: {
    en: 'The password has 12 to 128 characters, and is not the address.',
    zh: '密码为 12 至 128 个字符，且不能是邮箱地址。',
  },
  SIGN_IN_FAILED: { en: 'That was not right. Try again.', zh: '登录信息不正确，请重试。' },
  TOO_MANY_TRIES: {
    en: 'Too many tries have failed. Wait, then try again.',
    zh: '失败次数过多，请稍后再试。',
  },
};

export const textsOf = (language: Language): Texts => (language === 'zh' ? chinese : english);

/** What a problem's code says to somebody who reads this language. */
export const codeText = (code: string, language: Language): string | undefined => codes[code]?.[language];

/** The language that was asked for, else the first of the browser's that is one of ours, else English. */
export const languageOf = (c: Context<AppEnv>): Language => {
  const asked = c.req.query('lang');
  if (asked === 'zh' || asked === 'en') return asked;
  const first = (c.req.header('accept-language') ?? '')
    .split(',')
    .map((each) => each.trim().slice(0, 2).toLowerCase())
    .find((each) => each === 'zh' || each === 'en');
  return first === 'zh' ? 'zh' : 'en';
};
