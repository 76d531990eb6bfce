"""What the ePayment API says no to, by code (ePayment API, Errors)."""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Refusal


class _Forbidden(Refusal):
    status = HTTPStatus.FORBIDDEN


class _Conflict(Refusal):
    status = HTTPStatus.CONFLICT


class MalformedRequest(Refusal):
    code, title = "3010", "Malformed request"


class CaptureIdempotencyConflict(_Conflict):
    code, title = "4010", "Capture idempotency conflict"


class IdempotencyConflict(_Conflict):
    code, title = "4020", "Idempotency error"


class InvalidAmount(Refusal):
    code, title = "4040", "Invalid amount"


class InvalidCustomerToken(Refusal):
    code, title = "4050", "Invalid customer token"


class InvalidPersonalQr(Refusal):
    code, title = "4060", "Invalid personal QR"


class InvalidPhoneNumber(Refusal):
    code, title = "4070", "Invalid phone number"


class InvalidScope(Refusal):
    code, title = "4080", "Invalid scope"


class InvalidUrl(Refusal):
    code, title = "4090", "Invalid URL"


class TooMuchMetadata(Refusal):
    code, title = "4100", "Metadata capacity exceeded"


class DuplicateMetadataKey(Refusal):
    code, title = "4110", "Duplicate metadata key"


class MetadataKeyTooLong(Refusal):
    code, title = "4120", "Metadata key too long"


class MetadataValueTooLong(Refusal):
    code, title = "4130", "Metadata value too long"


class MissingParameter(Refusal):
    code, title = "4140", "Missing required parameter"


class ReferenceTaken(_Conflict):
    code, title = "4150", "Reference already exists"


class RefundIdempotencyConflict(_Conflict):
    code, title = "4150", "Refund idempotency conflict"


class InvalidPaymentMethod(Refusal):
    code, title = "4160", "Invalid payment method type"


class BlockingSourcesNotApplicable(Refusal):
    code, title = "5010", "Blocking sources not applicable"


class ExpressNotAllowed(_Forbidden):
    code, title = "5020", "Express payment not allowed"


class IllegalScope(_Forbidden):
    code, title = "5030", "Illegal scope"


class InvalidCurrency(Refusal):
    code, title = "5040", "Invalid currency for merchant"


class LongLivingNotAllowed(_Forbidden):
    code, title = "5050", "Long-living payment not allowed"


class BankAccountNotVerified(_Forbidden):
    code, title = "5060", "Merchant bank account not verified"


class PaymentsNotAllowed(_Forbidden):
    code, title = "5070", "Payment cannot be created"


class PushMessageNotAllowed(_Forbidden):
    code, title = "5080", "PUSH_MESSAGE not allowed"


class ReferenceNotFound(Refusal):
    status = HTTPStatus.NOT_FOUND
    code, title = "5090", "Reference not found"


class RefundNotPossible(Refusal):
    code, title = "5100", "Refund not possible"


class AmountTooSmall(Refusal):
    code, title = "6010", "Amount too small"


class RefundBeforeReservation(Refusal):
    code, title = "6020", "Attempted refund before reservation"


class CancelPeriodExpired(Refusal):
    code, title = "6030", "Cancel period expired"


class CannotCancelCaptured(Refusal):
    code, title = "6040", "Cannot cancel a captured payment"


class CannotCancelNonReserved(Refusal):
    code, title = "6050", "Cannot cancel a non-reserved payment"


class CannotCancelAuthorized(Refusal):
    code, title = "6060", "Cannot cancel an authorized payment"


class CannotCaptureCancelled(Refusal):
    code, title = "6070", "Cannot capture a cancelled payment"


class CaptureBeforeReservation(Refusal):
    code, title = "6080", "Cannot capture before reservation"


class CaptureAmountTooHigh(Refusal):
    code, title = "6090", "Capture amount too high"


class CapturePeriodExpired(Refusal):
    code, title = "6100", "Capture period expired"


class ExpiresTooLate(Refusal):
    code, title = "6110", "Expiration too late"


class ExpiresTooSoon(Refusal):
    code, title = "6120", "Expiration too soon"


class ReceiptRequired(Refusal):
    code, title = "6130", "Long-living payments require a receipt"


class MustCaptureFullAmount(Refusal):
    code, title = "6140", "Must capture the full amount"


class NotEnoughRefundable(Refusal):
    code, title = "6150", "Not enough refundable"


class OrderProcessing(Refusal):
    code, title = "6160", "Order processing"


class AlreadyCaptured(Refusal):
    code, title = "6170", "Already captured"


class AlreadyRefunded(Refusal):
    code, title = "6180", "Already refunded"


class CannotBeCancelled(Refusal):
    code, title = "6190", "Payment cannot be cancelled"


class CannotBeCaptured(Refusal):
    code, title = "6200", "Payment cannot be captured"


class CannotBeRefunded(Refusal):
    code, title = "6210", "Payment cannot be refunded"


class RefundPeriodExpired(Refusal):
    code, title = "6220", "Refund period expired"


class AlreadyReserved(Refusal):
    code, title = "6230", "Already reserved"


class CannotCancelProcessing(Refusal):
    code, title = "6250", "Cannot cancel a payment being processed"


class CustomerNotFound(Refusal):
    code, title = "7010", "Customer not found"


class ForceApproveFailed(Refusal):
    code, title = "10010", "Force approve failed"


class ForceApproveNotSupported(Refusal):
    code, title = "10060", "Force approve not supported"
