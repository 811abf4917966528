/**
 * The sizes inside a box, in scene px: those on which the server's layout and renderers agree
 * (src/cloudviz/diagram/scene/measures.py), so that what fits there fits here.
 */

export const LABEL_SIZE = 12;
export const SUBLABEL_SIZE = 10.5;
export const TITLE_SIZE = 12;
export const PILL_SIZE = 10;

export const LEAF_PADDING = 7;
export const ICON = 36;
export const ICON_TOP = 11;
export const LABEL_BASELINE = 63;
export const SUBLABEL_BASELINE = 79;

export const TITLE_LEFT = 12;
export const TITLE_BASELINE = 20;
export const TITLE_GAP = 8;
/** The height that a container keeps free for its title. */
export const HEADER = 30;

/** How far the sheets of a stack and its ×n mark stand out from its box. */
export const STACK_REACH = 8;
export const MARK_SIZE = 10;
export const MARK_HEIGHT = 16;
