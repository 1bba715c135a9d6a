# The same things as a setup without a domain makes, for the comparison with Terraform.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region            = "eu-central-1"
  s3_use_path_style = true
}

provider "aws" {
  alias  = "global"
  region = "us-east-1"
}

resource "aws_s3_bucket" "content" {
  bucket = "matrix-content"
}

resource "aws_s3_object" "pixel" {
  bucket        = aws_s3_bucket.content.id
  key           = "i"
  content       = "pixel"
  content_type  = "image/gif"
  cache_control = "max-age=0, s-maxage=31536000"
}

resource "aws_s3_bucket" "logs" {
  bucket = "matrix-logs"
}

resource "aws_cloudfront_origin_access_control" "content" {
  name                              = "matrix"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "pixel" {
  enabled             = true
  wait_for_deployment = false
  origin {
    domain_name              = aws_s3_bucket.content.bucket_regional_domain_name
    origin_id                = "content"
    origin_access_control_id = aws_cloudfront_origin_access_control.content.id
  }
  default_cache_behavior {
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    target_origin_id       = "content"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_s3_bucket_policy" "content" {
  bucket = aws_s3_bucket.content.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.content.arn}/*"
      Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.pixel.arn } }
    }]
  })
}

resource "aws_cloudwatch_log_delivery_source" "logs" {
  provider = aws.global

  name         = "matrix"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.pixel.arn
}

resource "aws_cloudwatch_log_delivery_destination" "logs" {
  provider = aws.global

  name          = "matrix"
  output_format = "w3c"
  delivery_destination_configuration {
    destination_resource_arn = "${aws_s3_bucket.logs.arn}/cf"
  }
}

resource "aws_cloudwatch_log_delivery" "logs" {
  provider = aws.global

  delivery_source_name     = aws_cloudwatch_log_delivery_source.logs.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.logs.arn
}
