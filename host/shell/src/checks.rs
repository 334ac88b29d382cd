//! Answers the policy's questions of pure arithmetic, and remembers the good answers: the claims of one invite are
//! checked at every preview and every redeem.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use doorward_core::check::{self, Check, CheckResult, Proof, SignatureCheck};
use doorward_core::digest::{Sha256Digest, sha256};
use doorward_core::{SignKey, Signature};

/// Answers kept in each of the two generations: 32 bytes each.
const KEPT: usize = 8_192;

/// The signatures that came with a request, by the digest that its proofs name them by.
#[derive(Debug, Default)]
pub(crate) struct Attached(Vec<(Sha256Digest, Signature)>);

impl Attached {
    pub(crate) fn new(signatures: Vec<Signature>) -> Self {
        Self(signatures.into_iter().map(|signature| (sha256(&[&signature.0]), signature)).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, digest: &Sha256Digest) -> Option<Signature> {
        self.0.iter().find(|(known, _)| known == digest).map(|(_, signature)| *signature)
    }
}

/// The checks that were good lately. Only *good* is remembered, and only looked up once the signature is there: a bad
/// answer may be for want of the signature, and must not stick to the digest of someone else's.
#[derive(Default)]
pub(crate) struct Checks(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashSet<Sha256Digest>,
    old: HashSet<Sha256Digest>,
}

impl Checks {
    /// Whether a signature that came with a request is good. A good one is remembered as the policy will ask for it.
    pub(crate) fn verify(&self, key: SignKey, bytes: Vec<u8>, signature: Signature) -> bool {
        let attached = Attached::new(vec![signature]);
        let check = Check::Signature(SignatureCheck { key, bytes, proof: Proof::Attached(sha256(&[&signature.0])) });
        self.answer(&check, &check.digest(), &attached) == CheckResult::Good
    }

    /// The answer to a check, whose digest this is.
    pub(crate) fn answer(&self, check: &Check, digest: &Sha256Digest, attached: &Attached) -> CheckResult {
        let signature: Vec<Signature> = match check {
            Check::Signature(SignatureCheck { proof: Proof::Attached(named), .. }) => match attached.find(named) {
                Some(signature) => vec![signature],
                None => return CheckResult::Bad,
            },
            Check::Signature(SignatureCheck { proof: Proof::Inline(_), .. }) => Vec::new(),
            // Cheaper to answer than to look up.
            Check::SignKey(_) | Check::KexKey(_) | Check::Nfc(_) => return check::run(check, &[]),
        };
        if self.is_good(digest) {
            return CheckResult::Good;
        }
        let result = check::run(check, &signature);
        if result == CheckResult::Good {
            self.remember(*digest);
        }
        result
    }

    fn is_good(&self, digest: &Sha256Digest) -> bool {
        let Generations { young, old } = &*self.generations();
        young.contains(digest) || old.contains(digest)
    }

    fn remember(&self, digest: Sha256Digest) {
        let mut generations = self.generations();
        if generations.young.len() >= KEPT {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(digest);
    }

    fn generations(&self) -> std::sync::MutexGuard<'_, Generations> {
        // Sets of digests are whole at every point where a holder could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServerSigner;
    use doorward_core::statement::Domain;
    use zeroize::Zeroizing;

    #[test]
    fn a_good_answer_needs_the_signature_every_time() {
        let signer = ServerSigner::from_seed(&Zeroizing::new([5; 32]));
        let signature = signer.sign(Domain::Http, b"payload");
        let proof = Proof::Attached(sha256(&[&signature.0]));
        let bytes = Domain::Http.signed_bytes(b"payload");
        let check = Check::Signature(SignatureCheck { key: signer.public(), bytes, proof });
        let (checks, digest) = (Checks::default(), check.digest());
        let (with, without) = (Attached::new(vec![signature]), Attached::default());
        assert_eq!(checks.answer(&check, &digest, &without), CheckResult::Bad);
        assert_eq!(checks.answer(&check, &digest, &with), CheckResult::Good, "a bad answer must not stick");
        assert_eq!(checks.answer(&check, &digest, &without), CheckResult::Bad, "whoever knows its digest does not hold it");
        assert_eq!(checks.answer(&check, &digest, &with), CheckResult::Good);
    }

    #[test]
    fn what_was_verified_before_is_remembered_as_the_policy_asks_for_it() {
        let signer = ServerSigner::from_seed(&Zeroizing::new([5; 32]));
        let (signature, bytes) = (signer.sign(Domain::Preview, b"payload"), Domain::Preview.signed_bytes(b"payload"));
        let checks = Checks::default();
        let proof = Proof::Attached(sha256(&[&signature.0]));
        let asked = Check::Signature(SignatureCheck { key: signer.public(), bytes: bytes.clone(), proof });
        assert!(!checks.verify(signer.public(), b"other".to_vec(), signature));
        assert!(!checks.is_good(&asked.digest()));
        assert!(checks.verify(signer.public(), bytes, signature));
        assert!(checks.is_good(&asked.digest()));
    }

    #[test]
    fn old_answers_make_room() {
        let checks = Checks::default();
        for i in 0..3 * KEPT {
            checks.remember(sha256(&[&i.to_be_bytes()]));
        }
        let Generations { young, old } = &*checks.generations();
        assert!(young.len() + old.len() <= 2 * KEPT);
        assert!(young.contains(&sha256(&[&(3 * KEPT - 1).to_be_bytes()])));
    }
}
