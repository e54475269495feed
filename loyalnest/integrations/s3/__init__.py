"""Object stores that speak as Amazon S3 does: AWS, MinIO, Ceph, R2, Garage and others."""

from loyalnest.integrations.s3.bucket import Bucket

__all__ = ["Bucket"]
