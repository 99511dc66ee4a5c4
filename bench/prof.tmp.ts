import { readFileSync, readdirSync } from 'node:fs';
import { startWorker } from './support/worker.js';
import { startWorld, password } from './support/world.js';
import { PasswordHasher } from '../src/platform/crypto/password-hasher.js';
const cpu = (pid: string) => { try { const f = readFileSync(`/proc/${pid}/stat`,'utf8'); const r=f.slice(f.lastIndexOf(')')+2).split(' '); return {ppid:r[1]!, ms:(Number(r[11])+Number(r[12])+Number(r[13])+Number(r[14]))*10, cmd: readFileSync(`/proc/${pid}/cmdline`,'utf8').replaceAll('\0',' ')}; } catch { return null; } };
function snap(){ const out: Record<string,{ms:number,cmd:string,ppid:string}>={}; for(const p of readdirSync('/proc')) if(/^\d+$/.test(p)){const c=cpu(p); if(c) out[p]=c;} return out; }
const load: any = startWorker('support/load.ts');
const world = await startWorld(1000, {});
const send = (n:number)=>load.ask({url:`${world.url}/api/auth/login`,connections:8,until:{requests:n},signIn:{emails:world.emails,password}});
await send(100);
const a=snap(); const t=performance.now(); const N=200;
const r=await send(N); const el=performance.now()-t; const b=snap();
const mine=String(process.pid);
const kids=(id:string):string[]=>Object.entries(b).filter(([,v])=>v.ppid===id).flatMap(([k])=>[k,...kids(k)]);
let tot: Record<string,number>={};
for(const k of kids(mine)){ const d=b[k]!.ms-(a[k]?.ms??0); const c=b[k]!.cmd; const name=c.includes('dist/main')?'server':c.includes('load.ts')?'load':c.startsWith('postgres')||c.includes('postgres')?'pg':'other'; tot[name]=(tot[name]??0)+d/N; }
console.log('per sign-in CPU ms', tot, 'rate', r, 'elapsed', el);
const h=new PasswordHasher(); const hash=await h.hash(password); const c0=process.cpuUsage(); await Promise.all(Array.from({length:100},()=>h.verify(hash,password))); const c1=process.cpuUsage(c0); console.log('hash CPU ms',(c1.user+c1.system)/1000/100);
load.end(); await world.stop(); process.exit();
