//! The first walk over a function: what each `try` catches, where each `delegate` leads, which exceptions are thrown
//! again. All of that stands behind the `try`, and its translation begins with it.

use wasmparser::{FunctionBody, Operator};

use super::error::{Error, Result};

/// What the translation of a function needs to know ahead.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Every `try` and `try_table`, in the order of the function.
    pub scopes: Vec<Scope>,
    /// Some `delegate` leads past handlers to the function's caller.
    pub escape: bool,
    /// Locals needed for exceptions that are thrown again.
    pub locals: u32,
}

/// A block that exceptions may meet on their way out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub kind: Kind,
    /// The handlers of a `try`.
    pub handlers: Vec<Handler>,
    /// Some `delegate` further in leads to this scope, past handlers that lie between.
    pub escape: bool,
    /// The scope in whose body it stands.
    outer: Option<usize>,
    /// The handler in which it stands.
    within: Option<(usize, usize)>,
}

/// How a scope treats exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A `try` with the handlers that it has; without, exceptions pass.
    Try,
    /// A `try` that ends in `delegate`.
    Delegate {
        /// The scope named, or around the label named. Without it the exception leaves the function.
        named: Option<usize>,
        /// What receives the exceptions in the end.
        to: Receiver,
    },
    /// A `try_table`.
    Table,
}

/// Where an exception goes that a `delegate` meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver {
    /// To where it would go without the `delegate`.
    Next,
    /// To the handlers of this scope, past others.
    Scope(usize),
    /// To the caller of the function, past handlers.
    Caller,
}

/// A `catch` or `catch_all`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handler {
    /// The tag; `None` for `catch_all`.
    pub tag: Option<u32>,
    /// Which of the new locals keeps the exception for `rethrow`.
    pub local: Option<u32>,
    rethrown: bool,
}

/// A label. What is around it is kept with it, so that no walk outwards is needed, however deep blocks are nested.
#[derive(Debug, Clone, Copy)]
struct Frame {
    block: Block,
    /// The scope that an exception thrown in it meets first.
    meets: Option<usize>,
    /// The innermost handler that it stands in, or is.
    handler: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy)]
enum Block {
    /// A block without handlers, or the function itself.
    Plain,
    /// The body of a scope.
    Body(usize),
    /// A handler of a scope. The scope's own handlers are no longer active in it.
    Handler(usize, usize),
}

impl Plan {
    /// Walks over a function.
    ///
    /// # Errors
    /// When instructions cannot be read, or labels do not fit.
    pub fn new(body: &FunctionBody<'_>) -> Result<Self> {
        let mut plan = Plan::default();
        let mut frames = vec![Frame {
            block: Block::Plain,
            meets: None,
            handler: None,
        }];
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            plan.take(&operator, offset, &mut frames)?;
        }
        operators.finish()?;
        plan.settle_delegates();
        plan.settle_locals();
        Ok(plan)
    }

    fn take(&mut self, operator: &Operator<'_>, offset: usize, frames: &mut Vec<Frame>) -> Result<()> {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                frames.extend(frames.last().copied().map(|around| Frame {
                    block: Block::Plain,
                    ..around
                }));
            }
            Operator::Try { .. } => self.open(Kind::Try, frames),
            Operator::TryTable { .. } => self.open(Kind::Table, frames),
            Operator::Catch { tag_index } => self.handle(Some(*tag_index), frames),
            Operator::CatchAll => self.handle(None, frames),
            Operator::Delegate { relative_depth } => {
                // The label counts from outside the `try` that ends here.
                if let Some(Block::Body(scope)) = frames.pop().map(|frame| frame.block) {
                    self.scopes[scope].kind = Kind::Delegate {
                        named: target(frames, *relative_depth, offset)?.meets,
                        to: Receiver::Next,
                    };
                }
            }
            Operator::Rethrow { relative_depth } => match target(frames, *relative_depth, offset)?.block {
                Block::Handler(scope, handler) => self.scopes[scope].handlers[handler].rethrown = true,
                Block::Plain | Block::Body(_) => {
                    return Err(Error::Rethrow {
                        depth: *relative_depth,
                        offset: offset as u64,
                    });
                }
            },
            Operator::End => {
                frames.pop();
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, frames: &mut Vec<Frame>) {
        let scope = self.scopes.len();
        let handler = frames.last().and_then(|around| around.handler);
        self.scopes.push(Scope {
            kind,
            handlers: Vec::new(),
            escape: false,
            outer: frames.last().and_then(|around| around.meets),
            within: handler,
        });
        frames.push(Frame {
            block: Block::Body(scope),
            meets: Some(scope),
            handler,
        });
    }

    fn handle(&mut self, tag: Option<u32>, frames: &mut [Frame]) {
        // The reader accepts handlers in a `try` only.
        if let Some(frame) = frames.last_mut()
            && let Block::Body(scope) | Block::Handler(scope, _) = frame.block
        {
            let Scope { handlers, outer, .. } = &mut self.scopes[scope];
            let handler = handlers.len();
            *frame = Frame {
                block: Block::Handler(scope, handler),
                meets: *outer,
                handler: Some((scope, handler)),
            };
            handlers.push(Handler {
                tag,
                local: None,
                rethrown: false,
            });
        }
    }

    /// Follows each `delegate` to what receives exceptions in the end: its scope may have no handlers, or delegate too.
    fn settle_delegates(&mut self) {
        // What receives exceptions from the body of each scope. The scopes further out stand first.
        let mut receivers: Vec<Option<usize>> = Vec::with_capacity(self.scopes.len());
        for at in 0..self.scopes.len() {
            let follow = |scope: Option<usize>| scope.and_then(|scope| receivers[scope]);
            let next = follow(self.scopes[at].outer);
            let receiver = match self.scopes[at].kind {
                Kind::Table => Some(at),
                Kind::Try if self.scopes[at].handlers.is_empty() => next,
                Kind::Try => Some(at),
                Kind::Delegate { named, .. } => {
                    let receiver = follow(named);
                    let to = match receiver {
                        receiver if receiver == next => Receiver::Next,
                        Some(scope) => Receiver::Scope(scope),
                        None => Receiver::Caller,
                    };
                    self.scopes[at].kind = Kind::Delegate { named, to };
                    match to {
                        Receiver::Next => {}
                        Receiver::Scope(scope) => self.scopes[scope].escape = true,
                        Receiver::Caller => self.escape = true,
                    }
                    receiver
                }
            };
            receivers.push(receiver);
        }
    }

    /// Gives each exception that is thrown again a local that no handler around it uses.
    fn settle_locals(&mut self) {
        // How many locals are in use around each scope.
        let mut used: Vec<u32> = Vec::with_capacity(self.scopes.len());
        for at in 0..self.scopes.len() {
            let around = match self.scopes[at].within {
                None => 0,
                Some((scope, handler)) => used[scope] + u32::from(self.scopes[scope].handlers[handler].rethrown),
            };
            used.push(around);
            for handler in self.scopes[at].handlers.iter_mut().filter(|handler| handler.rethrown) {
                handler.local = Some(around);
                self.locals = self.locals.max(around + 1);
            }
        }
    }
}

/// The frame that a label names.
fn target(frames: &[Frame], depth: u32, offset: usize) -> Result<Frame> {
    frames.iter().nth_back(depth as usize).copied().ok_or(Error::Label {
        depth,
        offset: offset as u64,
    })
}
