/** Each stage as an icon and a colour beside its words. */
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CircleMinus from '@lucide/svelte/icons/circle-minus';
import Hand from '@lucide/svelte/icons/hand';
import SendHorizontal from '@lucide/svelte/icons/send-horizontal';
import type { Component } from 'svelte';
import type { Stage } from './progress';

export interface StageLook {
	icon: Component<{ size?: number }>;
	tone: 'plain' | 'loss' | 'gain' | 'warn' | 'info';
}

const look = (icon: unknown, tone: StageLook['tone']): StageLook => ({ icon: icon as StageLook['icon'], tone });

const LOOKS: Record<Stage, StageLook> = {
	saved: look(CircleDashed, 'info'),
	sent: look(SendHorizontal, 'info'),
	confirmed: look(CircleCheck, 'gain'),
	held: look(Hand, 'warn'),
	rejected: look(CircleAlert, 'loss'),
	skipped: look(CircleMinus, 'plain'),
	none: look(CircleMinus, 'plain')
};

export const lookOf = (stage: Stage): StageLook => LOOKS[stage] ?? LOOKS.sent;
